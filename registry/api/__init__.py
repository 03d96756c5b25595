"""The HTTP face: translates a request, calls one verb, translates the answer. It holds no rule of the business."""
