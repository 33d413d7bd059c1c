"""Tables that never cut a value: too wide for the terminal they are turned, one line for each cell.

Law: how wide a table is does not change what it says.
"""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table


def print_table(console: Console, table: Table) -> None:
    """Print a table; where the console is too narrow for it, row after row, one line "head: cell" for each cell."""
    if Measurement.get(console, console.options.update(max_width=10_000), table).maximum <= console.width:
        console.print(table)
        return
    if table.title:
        console.print(table.title, soft_wrap=True)
    columns = [(str(column.header).replace("\n", " "), list(column.cells)) for column in table.columns]
    for i in range(table.row_count):
        first, *rest = [(head, str(cells[i]).replace("\n", " ")) for head, cells in columns]
        console.print(f"  {first[0]}: {first[1]}", soft_wrap=True)
        for head, cell in rest:
            console.print(f"    {head}: {cell}", soft_wrap=True)
