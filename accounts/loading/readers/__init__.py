"""Reading what people bring: tables as CSV or XLSX, plain, in folders, in archives or through standard input."""

from accounts.loading.readers.csv_tables import Table
from accounts.loading.readers.reading import Reading
from accounts.loading.readers.sources import open_source

__all__ = ["Reading", "Table", "open_source"]
