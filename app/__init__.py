"""The service: who, what, whether. One verb a folder, and imports only point down.

    cli                      composes the processes
    main | worker | clock    the processes: HTTP, jobs, ticks
    api | pages | jobs       LISTEN to machines, to people, to the queue
    wiring                   builds every object once and hands it out
    pipeline                 ACTS: one file a stage, in the order of the journey; owns the transactions
    db                       REMEMBERS: the only place with SQL
    rules                    DECIDES whether and what: pure   (beside it: logs, queue, settings)
    errors

`schedules` DECIDES when and `channels` SPEAKS; both are leaves that know nobody here.
"""
