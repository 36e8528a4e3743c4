"""How a stage is watched: what an alarm is, the dashboard, and the outages that the alarms are rehearsed with."""
