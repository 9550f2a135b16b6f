"""A service at night: nobody calls, until somebody kills it."""

import threading

threading.Event().wait(600)
