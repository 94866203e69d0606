"""Engine: the clock runs. The order of an instant, the arithmetic of rates, the reference.

In: a ``Network`` and its ``Draws``. Out: ``Outcomes`` of a block of replications.
Engines share arithmetic without a clock (``rates``, ``teams``, ``keys``,
``prospects``), never the flow of events.
"""
