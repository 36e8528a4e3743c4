"""The rules of a booking, in two tables: `form.FORM_RULES` need no calls, `facts.FACT_RULES` the upstream's facts."""
