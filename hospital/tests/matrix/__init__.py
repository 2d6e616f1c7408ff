"""The access matrix: every route × every actor × own and another's row × GET, HEAD and POST."""
