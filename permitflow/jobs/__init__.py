"""What runs later: the sweeper that looks for due work, as a thread of the server or as a process of its own."""
