"""Small PDF files, written by hand for tests: readable, scanned and encrypted."""


def pdf_file(*pages: str, title: str = "", is_encrypted: bool = False) -> bytes:
    """Return a PDF with one line of text a page; an empty string makes a page without a text layer."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, text in enumerate(pages):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * index} 0 R >>"
        )
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else ""
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    objects.append(f"<< /Title ({title}) >>")
    return _assembled(objects, info=len(objects), is_encrypted=is_encrypted)


def _assembled(objects: list[str], *, info: int, is_encrypted: bool) -> bytes:
    body = "%PDF-1.4\n"
    places: list[int] = []
    for number, item in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    lock = f"<{'ab' * 32}>"
    encryption = f" /Encrypt << /Filter /Standard /V 1 /R 2 /O {lock} /U {lock} /P -4 >> /ID [<01> <01>]"
    return (
        f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {info} 0 R{encryption if is_encrypted else ''} >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    ).encode("latin-1")
