import os

with open(os.environ["ROWS"], "w") as rows:
    rows.write("migrated\n")
