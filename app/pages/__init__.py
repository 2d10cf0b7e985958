"""Listens to people: the same stages as the API, as HTML pages without scripts of others.

painting puts words into the frames of `templates/`; home, docs, problem_kinds and unsubscribe are the pages.
"""
