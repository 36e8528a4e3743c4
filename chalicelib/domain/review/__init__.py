"""What reviewers ask of records: is the story that a chain tells one that the protocol allows, and what does it say in words?"""
