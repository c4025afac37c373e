"""WeChat, from our side: the client; and, to test against, a stand-in for the other side."""
