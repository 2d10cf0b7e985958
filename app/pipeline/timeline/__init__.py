"""A member's timeline: what the county told us, what the person said, what was and will be sent, and why.

- `telling`: reads what is kept, drafts what is to come by the rules that send, and writes nothing
- `entries`: what was said and sent, each with its sentence
- `silence`: the steps and ladders of which nothing comes, each with why not
"""

from app.pipeline.timeline.telling import Timeline, Told

__all__ = ["Timeline", "Told"]
