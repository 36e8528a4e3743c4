"""What is done at the desk beyond reading: records are verified and taken along, people are held and erased."""
