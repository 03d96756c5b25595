"""Addresses as QR codes (ISO/IEC 18004)."""

import cv2

QUIET_MODULES = 4
"""White around the code, as section 5.3.8 of the standard asks for."""


def qr_code(address: str) -> bytes:
    """An SVG of ``address``, black on white, with its quiet zone."""
    modules = cv2.QRCodeEncoder.create().encode(address)
    black = [(x, y) for y, row in enumerate(modules) for x, module in enumerate(row) if module == 0]
    left, top = min(x for x, _ in black), min(y for _, y in black)
    side = max(x for x, _ in black) - left + 1 + 2 * QUIET_MODULES
    path = "".join(f"M{x - left + QUIET_MODULES} {y - top + QUIET_MODULES}h1v1h-1z" for x, y in black)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    ).encode("ascii")
