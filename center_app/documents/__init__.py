"""Paper and files: PDF bricks on ReportLab, PDF/A finishing, reading back, tables for other programs, labels."""
