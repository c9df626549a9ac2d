"""The design system: layout, parts, notices, language. It knows no business."""
