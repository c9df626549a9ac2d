"""Pure ASGI classes around the application: headers, caching, origin checks. No business."""
