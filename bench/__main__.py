"""`make bench`: every benchmark, one after the other."""

from bench import api_read

api_read.main()
