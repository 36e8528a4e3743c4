"""What a deployment is made of: the zip, the template, the alarms."""
