"""Why a person hears something, or nothing, and when: plain sentences out of facts that are kept, never a guess.

- `steps`: where a step of a ladder stands, and why it is not about somebody
- `moments`: why a message is due just then
- `wording`: which words, in which language, and why that one
- `past`: what the county, the person and the provider said
- `grounds`: what kind of rule a reason is
- `cycles`: the renewals that follow, if all goes well
"""
