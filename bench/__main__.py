"""`make bench`: every benchmark, one after the other."""

from bench import api_read, import_account

api_read.main()
import_account.main()
