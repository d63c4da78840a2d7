"""matplotlib draws the line of a series that has a point a week, as SVG and as PNG of 900 x 480.

Reads one task a line, {"kind": "svg", "title": "...", "days": ["2026-04-20", ...], "values": [0.61, ...], "out": "..." or null}, and
answers {"ms": 12.3, "bytes": 20000}. Its quickest form: no pyplot, text kept as text in the SVG, the PNG packed as little as Pillow allows.
"""

import io
import json
import sys
import time
from datetime import date

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH, HEIGHT = 900, 480
DPI = 100
matplotlib.rcParams["svg.fonttype"] = "none"


def draw(kind, title, days, values):
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
    canvas = FigureCanvasSVG(figure) if kind == "svg" else FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(days, values)
    axes.set_title(title)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    out = io.BytesIO()
    if kind == "svg":
        canvas.print_svg(out)
    else:
        canvas.print_png(out, pil_kwargs={"compress_level": 1})
    return out.getvalue()


for line in sys.stdin:
    task = json.loads(line)
    days = [date.fromisoformat(day) for day in task["days"]]
    begun = time.perf_counter()
    picture = draw(task["kind"], task["title"], days, task["values"])
    took_ms = (time.perf_counter() - begun) * 1000
    if task["out"]:
        with open(task["out"], "wb") as file:
            file.write(picture)
    print(json.dumps({"ms": took_ms, "bytes": len(picture)}), flush=True)
