"""The ports to AWS in memory, by the tables' own rules: the contract suite holds these and DynamoDB to one behaviour.

They are the only ones. Unit tests, the simulation and the exploration each put their own troubles around them.
"""
