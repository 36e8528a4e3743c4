"""What reviewers may ask of the audit and how it is answered: roles, filters, plans, cursors, masks. Pure."""
