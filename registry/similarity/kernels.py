"""The compiled loops: agreeing on a transformation, and moving a template over a listing."""

import math

import numpy as np
from numpy.typing import NDArray

from registry.similarity.compiling import compiled_loosely


@compiled_loosely
def similarities(
    work: NDArray[np.float64], listing: NDArray[np.float64], mirrored: bool, inverted: bool
) -> NDArray[np.float64]:
    """The similarity that each pair of features implies, shape (count, 6): the rows of an affine map.

    Features have shape (count, 4): x, y, size, angle. Of an inverted picture the angle points the other way.
    """
    maps = np.empty((work.shape[0], 6))
    sign = -1.0 if mirrored else 1.0
    for a in range(work.shape[0]):
        x, y = work[a, 0], work[a, 1]
        scale = listing[a, 2] / max(work[a, 2], 1e-4)
        angle = listing[a, 3] - (math.pi - work[a, 3] if mirrored else work[a, 3]) + (math.pi if inverted else 0.0)
        cosine, sine = math.cos(angle) * scale, math.sin(angle) * scale
        maps[a, 0], maps[a, 1] = cosine * sign, -sine
        maps[a, 2] = listing[a, 0] - cosine * sign * x + sine * y
        maps[a, 3], maps[a, 4] = sine * sign, cosine
        maps[a, 5] = listing[a, 1] - sine * sign * x - cosine * y
    return maps


@compiled_loosely
def best_supported(
    maps: NDArray[np.float64], pairs: NDArray[np.float64], weights: NDArray[np.float64], tolerance: float, floor: float
) -> tuple[int, float]:
    """Which of ``maps`` (count, 6; work to listing) most ``pairs`` (4, count; work x, y, listing x, y) agree with.

    Answers its number and the agreeing weight. A pair agrees within ``tolerance`` in the work's units plus
    ``floor`` squared in the listing's.
    """
    best, support = -1, -1.0
    for a in range(maps.shape[0]):
        scale = abs(maps[a, 0] * maps[a, 4] - maps[a, 1] * maps[a, 3])
        allowed = tolerance * tolerance * scale + floor * floor
        xx, xy, x, yx, yy, y = maps[a, 0], maps[a, 1], maps[a, 2], maps[a, 3], maps[a, 4], maps[a, 5]
        total = 0.0
        for b in range(pairs.shape[1]):
            across = xx * pairs[0, b] + xy * pairs[1, b] + x - pairs[2, b]
            down = yx * pairs[0, b] + yy * pairs[1, b] + y - pairs[3, b]
            total += weights[b] if across * across + down * down < allowed else 0.0
        if total > support:
            best, support = a, total
    return best, support


@compiled_loosely
def homography(quad: NDArray[np.float64], width: float, height: float, out: NDArray[np.float64]) -> None:
    """Fills ``out`` (8) with the map of the rectangle (0, 0, width, height) onto ``quad`` (8); its last element is 1.

    Heckbert's closed form (Fundamentals of texture mapping, 1989, section 2.2.3).
    """
    sum_x = quad[0] - quad[2] + quad[4] - quad[6]
    sum_y = quad[1] - quad[3] + quad[5] - quad[7]
    x1, x2 = quad[2] - quad[4], quad[6] - quad[4]
    y1, y2 = quad[3] - quad[5], quad[7] - quad[5]
    denominator = x1 * y2 - x2 * y1
    if abs(denominator) < 1e-9:
        denominator = 1e-9
    g = (sum_x * y2 - x2 * sum_y) / denominator
    h = (x1 * sum_y - sum_x * y1) / denominator
    out[0] = (quad[2] - quad[0] + g * quad[2]) / width
    out[1] = (quad[6] - quad[0] + h * quad[6]) / height
    out[2] = quad[0]
    out[3] = (quad[3] - quad[1] + g * quad[3]) / width
    out[4] = (quad[7] - quad[1] + h * quad[7]) / height
    out[5] = quad[1]
    out[6] = g / width
    out[7] = h / height


@compiled_loosely
def agreement(
    field: NDArray[np.float32],
    at: NDArray[np.float64],
    points: NDArray[np.float32],
    least_visible: float,
    room: NDArray[np.float32],
) -> tuple[float, float]:
    """Mean agreement in -1..1 of a template's edges with ``field`` under the homography ``at``, and the visible share.

    ``points`` are a template's, one behind the other: x, y and direction of each. The agreement is -1 where less than
    ``least_visible`` of them lie in the field. ``room`` is as long as ``points``, and overwritten. ``at`` belongs to a
    rectangle or to a ``plausible`` quadrilateral: in those no point lies at the horizon.

    Two loops, in single precision and with no branch: the first, which is most of the work, is then done for sixteen
    points at a time.
    """
    height, width, count = field.shape[0], field.shape[1], len(points) // 4
    one, none = np.float32(1), np.float32(0)
    a, b, c = np.float32(at[0]), np.float32(at[1]), np.float32(at[2])
    d, e, f = np.float32(at[3]), np.float32(at[4]), np.float32(at[5])
    g, h = np.float32(at[6]), np.float32(at[7])
    right, bottom, across = np.float32(width), np.float32(height), np.int32(width)
    visible = none
    for i in range(count):
        u, v, toward_x, toward_y = points[4 * i], points[4 * i + 1], points[4 * i + 2], points[4 * i + 3]
        nearness = one / (g * u + h * v + one)
        x, y = (a * u + b * v + c) * nearness, (d * u + e * v + f) * nearness
        shown = one if (x >= none) & (y >= none) & (x < right) & (y < bottom) else none
        along_x = (a - x * g) * toward_x + (b - x * h) * toward_y
        along_y = (d - y * g) * toward_x + (e - y * h) * toward_y
        share = shown / (along_x * along_x + along_y * along_y + np.float32(1e-20))
        room[4 * i] = np.float32(np.int32(y * shown) * across + np.int32(x * shown))  # exact below 2^24 pixels
        room[4 * i + 1] = (along_x * along_x - along_y * along_y) * share
        room[4 * i + 2] = np.float32(2) * along_x * along_y * share
        visible += shown
    if count == 0 or visible < least_visible * count:
        return -1.0, float(visible) / max(count, 1)
    flat = field.reshape(height * width * 2)
    total = none
    for i in range(count):
        # The gradient is perpendicular to the edge: its doubled angle is the edge's, negated.
        pixel = 2 * int(room[4 * i])
        total -= flat[pixel] * room[4 * i + 1] + flat[pixel + 1] * room[4 * i + 2]
    return float(total) / float(visible), float(visible) / count


@compiled_loosely
def plausible(quad: NDArray[np.float64], aspect: float) -> bool:
    """Whether ``quad`` (8) can be a print of proportions ``aspect``: convex, no extreme shear, taper or stretch."""
    first = 0.0
    for k in range(4):
        ax, ay = quad[2 * k], quad[2 * k + 1]
        bx, by = quad[(2 * k + 2) % 8], quad[(2 * k + 3) % 8]
        cx, cy = quad[(2 * k + 4) % 8], quad[(2 * k + 5) % 8]
        turn = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        if k == 0:
            first = turn
        if turn * first <= 0:
            return False
        if abs(turn) < 0.6 * math.hypot(bx - ax, by - ay) * math.hypot(cx - bx, cy - by):
            return False
    top = math.hypot(quad[2] - quad[0], quad[3] - quad[1])
    bottom = math.hypot(quad[4] - quad[6], quad[5] - quad[7])
    left = math.hypot(quad[6] - quad[0], quad[7] - quad[1])
    right = math.hypot(quad[4] - quad[2], quad[5] - quad[3])
    if top > 1.5 * bottom or bottom > 1.5 * top or left > 1.5 * right or right > 1.5 * left:
        return False
    stretch = (top + bottom) / (left + right) / aspect
    return 1 / 1.7 < stretch < 1.7


@compiled_loosely
def refined(
    field: NDArray[np.float32],
    start: NDArray[np.float64],
    points: NDArray[np.float32],
    width: float,
    height: float,
    reach: float,
    noise: NDArray[np.float64],
    least_visible: float,
    perspective: bool,
    look: int,
    hopeless: float,
) -> tuple[float, float, NDArray[np.float64]]:
    """Moves the corners ``start`` (8) by shrinking random steps to where the template's edges agree best.

    ``noise`` (steps, 8) holds standard normal numbers, ``reach`` is the first step's deviation in pixels. Steps
    alternate between shifts, affine and (with ``perspective``) free corners. Before step ``look`` it gives up where
    the edges agree less than ``hopeless``. Answers agreement, visible share, corners.
    """
    at, room, edges = np.empty(8), np.empty(points.size, np.float32), points.reshape(points.size)
    homography(start, width, height, at)
    best, shown = agreement(field, at, edges, least_visible, room)
    quad, trial = start.copy(), np.empty(8)
    steps = noise.shape[0]
    for step in range(steps):
        if step == look and best < hopeless:
            break
        size = reach * (1 - 0.85 * step / steps)
        kind = step % 4
        n = noise[step]
        if kind == 0:
            for j in range(4):
                trial[2 * j] = quad[2 * j] + n[0] * size
                trial[2 * j + 1] = quad[2 * j + 1] + n[1] * size
        elif kind == 2 and perspective:
            for j in range(8):
                trial[j] = quad[j] + n[j] * size * 0.6
        elif kind == 3 and perspective:
            for j in range(8):
                trial[j] = quad[j]
            corner = step // 4 % 4
            trial[2 * corner] += n[0] * size
            trial[2 * corner + 1] += n[1] * size
        else:
            x = (quad[0] + quad[2] + quad[4] + quad[6]) / 4
            y = (quad[1] + quad[3] + quad[5] + quad[7]) / 4
            relative = size / (math.hypot(quad[4] - quad[0], quad[5] - quad[1]) / 2 + 1e-3)
            a, b = 1 + n[0] * relative, n[1] * relative
            c, d = n[2] * relative, 1 + n[3] * relative
            if kind == 2 or step % 8 == 1:
                c, d = -b, a
            for j in range(4):
                across, down = quad[2 * j] - x, quad[2 * j + 1] - y
                trial[2 * j] = x + a * across + b * down
                trial[2 * j + 1] = y + c * across + d * down
        if not plausible(trial, width / height):
            continue
        homography(trial, width, height, at)
        value, visible = agreement(field, at, edges, least_visible, room)
        if value > best:
            best, shown = value, visible
            quad[:] = trial
    return best, shown, quad
