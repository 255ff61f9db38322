"""The process that streams events to open pages: many idle connections, which threads of web workers would starve of.

It authenticates by tickets alone, which the web workers issue; reads rows in threads, in the organization's scope like
all other code; and hears of news over one connection that listens for `pg_notify`.
"""
