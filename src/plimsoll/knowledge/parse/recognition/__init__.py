"""Text recognition of images and scanned pages, by the extra `ocr` or by an installed tesseract.

Importing it is light: the engines are loaded with the first image, in the parser process.
"""
