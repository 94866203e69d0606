"""Study: a scenario run several times, changed or under other rules, compared on the same luck."""
