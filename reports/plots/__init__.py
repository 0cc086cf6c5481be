"""The pictures of the page, which answer to the pointer: plotly's figures, made of the numbers behind the files.

Each function takes what `figures.numbers` gives, as the CSV beside the picture has it, and returns a figure as the
plain dict that plotly draws. Nothing here reads results again, so a picture in the page cannot differ from that in a
file.
"""
