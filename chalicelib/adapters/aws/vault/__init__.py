"""The vault: a data key per account, wrapped by KMS and kept in DynamoDB, and what is sealed under it."""
