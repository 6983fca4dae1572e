"""Pictures and papers that customers of the demo send, drawn here: nobody's photograph is used."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from tickets.services.files import Upload

Draw = ImageDraw.ImageDraw
SIZE = (640, 480)


def upload(name: str) -> Upload:
    """The file that the content calls `name`. Raises KeyError for one that is not drawn."""
    if name in _PAPERS:
        title, lines = _PAPERS[name]
        return Upload(f"{name}.pdf", pdf([title, *lines]))
    image = Image.new("RGB", SIZE, "#b9b4aa")
    _SCENES[name](ImageDraw.Draw(image))
    stream = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.8)).save(stream, "JPEG", quality=72)
    return Upload(f"{name}.jpg", stream.getvalue())


def pdf(lines: list[str]) -> bytes:
    """A one-page PDF with one line of text below the other (ISO 32000-1, 7.5)."""
    text = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 14 Tf 22 TL 60 760 Td\n{text}ET".encode("latin-1", "replace")
    font = b"<< /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s >>"
        % font,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _floor(draw: Draw, wall: str, floor: str) -> None:
    draw.rectangle((0, 0, 640, 330), fill=wall)
    draw.rectangle((0, 330, 640, 480), fill=floor)


def _router(draw: Draw) -> None:
    _floor(draw, "#d8d2c6", "#8a6f56")
    draw.rounded_rectangle((170, 230, 470, 350), 22, fill="#f2f2f0", outline="#8b8b88", width=3)
    for index, colour in enumerate(["#3fae5a", "#b03a2e", "#4b4b4b", "#b03a2e"]):
        draw.ellipse((210 + index * 62, 280, 232 + index * 62, 302), fill=colour)
    draw.line((320, 350, 320, 440, 560, 470), fill="#333333", width=7)


def _chair(draw: Draw) -> None:
    _floor(draw, "#cfd6d8", "#777d80")
    draw.rounded_rectangle((250, 120, 290, 270), 10, fill="#222831")
    draw.rounded_rectangle((250, 250, 420, 285), 10, fill="#222831")
    draw.line((275, 285, 225, 390, 330, 430), fill="#b5482f", width=11)
    draw.line((400, 285, 440, 300, 415, 400), fill="#9aa0a4", width=11)
    for box in ((190, 350, 300, 460), (370, 360, 470, 460)):
        draw.ellipse(box, outline="#15181c", width=13)


def _washing_machine(draw: Draw) -> None:
    _floor(draw, "#8fa3ad", "#6a7278")
    draw.rectangle((230, 120, 430, 410), fill="#f4f4f2", outline="#9a9a98", width=4)
    draw.rectangle((230, 120, 430, 170), fill="#e2e2df")
    draw.ellipse((265, 205, 395, 335), fill="#5f6b73", outline="#b8bcbf", width=12)
    for index in range(90):
        x, y = (index * 73) % 640, (index * 131) % 470
        draw.line((x, y, x - 5, y + 22), fill="#c9dbe4", width=2)


def _fridge(draw: Draw) -> None:
    _floor(draw, "#e4ddcf", "#a58a68")
    draw.rounded_rectangle((230, 50, 420, 430), 12, fill="#dfe3e6", outline="#8d9499", width=4)
    draw.line((230, 190, 420, 190), fill="#8d9499", width=4)
    draw.rectangle((395, 90, 405, 160), fill="#6d7479")
    draw.ellipse((265, 250, 350, 340), fill="#b9bfc4", outline="#8b9297", width=3)
    draw.arc((275, 262, 340, 330), 200, 330, fill="#6d7479", width=5)


def _pram(draw: Draw) -> None:
    _floor(draw, "#c9cdd2", "#868b90")
    draw.pieslice((190, 120, 450, 380), 180, 360, fill="#35506b")
    draw.rounded_rectangle((190, 240, 450, 320), 18, fill="#2b4157")
    draw.line((450, 250, 540, 170), fill="#222222", width=9)
    draw.line((230, 320, 230, 380), fill="#555555", width=8)
    draw.line((410, 320, 410, 380), fill="#555555", width=8)


_SCENES: dict[str, Callable[[Draw], None]] = {
    "router": _router,
    "chair": _chair,
    "washing-machine": _washing_machine,
    "fridge": _fridge,
    "pram": _pram,
}
_PAPERS = {
    "receipt-1": ("Mobile data pass", ["24 hours, 20 GB", "Paid by card: GBP 10.00"]),
    "receipt-2": ("Mobile data pass", ["24 hours, 20 GB", "Paid by card: GBP 10.00"]),
    "hotel-bill": ("Hotel am Flughafen", ["1 night, 3 persons: 178.00", "Taxi: 38.00"]),
    "letter": ("Linden, Customer Service", ["We confirm that your contract ends on 31 March."]),
}
