"""Reading the web politely: the client, replays, robots.txt, address checks, charsets."""
