"""Listens to machines: parse, authenticate, call one stage, shape the answer (JSON).

edge wraps every request (request id, headers, access log), problems are the errors as people read them,
auth and once stand at the door. county_events, members, timeline, messages, reports, signups, callbacks,
sandbox and health are the subjects, one file each; bodies, fields and answers are how values come and go.
"""
