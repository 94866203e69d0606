"""Order: what comes first within one minute, the same in every engine (model.md, section 4).

1. task finishes, in (project order, task order, pool), and every milestone whose links and dates
   allow, in cascade; waits of links and dates that end this minute
2. people who come, go, hand over, or are given back by a pause; requests whose patience has ended;
   the morning of newcomers, and of those who get faster with practice; trainings
3. arrivals, in project order
4. gates: stops and cancellations; then what management does about late projects
5. releases: those with a date and mandatory ones in project order, then as the intake rule says
6. one dispatch pass over the ready tasks by (key, project order, task order); before the very
   first one, running tasks ask for who is missing. A start that makes a task ready at once is
   followed by another pass.

Work of no length that starts in a pass finishes in the same minute, which then begins again at 1.
"""

FINISH, WAIT, PEOPLE, ARRIVAL, GATE = range(5)
"""What is due at a minute, in the order in which it is done: FINISH of work, WAIT of a link or
date that ends."""

(
    COMES,
    LEAVES,
    BACK,
    AWAY,
    RETURNS,
    GOES,
    FREE_TO_GO,
    HANDS_OVER,
    TAKEN_OFF,
    OVERLAPS,
    RESUMES,
    PAUSES,
    WITHDRAWS,
    RAMPS,
    PRACTISES,
    TRAINS,
    TRAINED,
) = range(17)
"""What changes the people at work, and who waits for them, in the order in which it is done within
a minute."""

THROUGHOUT = -1
"""Task order of the shares that a project asks for before its first task."""
