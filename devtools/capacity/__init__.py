"""What a stage carries and costs, from measured items: where limits bind (`make scale`), what a booking costs (`make cost`)."""
