"""What a deployment may switch on by a parameter: a domain, a log of requests, a limit for addresses, traces."""
