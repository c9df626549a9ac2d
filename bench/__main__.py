"""`make bench`: every benchmark, one after the other."""

from bench import api_read, intake

api_read.main()
intake.main()
