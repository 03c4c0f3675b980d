"""The embedded renderer: one staged project, three formats, nothing but wheels.

It renders what Quarto 1.5 and newer render from the same sources, and refuses with file and line
what it does not know (`options.yml` lists both). The way through it:

    source    text with includes in place, each line with its file and number
    project   options merged in Quarto's order and checked
    text      shortcodes become places; executable code is refused
    reader    pandoc parses the text, and apart from it every value and notebook output
    resolve   for each format: values put in, filters, conditions, structure, floats, numbers,
              cross-references, citations
    html, pdf, docx   finish it

Who is trusted: the author of the .qmd files, options, filters and style sheets, to the extent
that a page loads nothing and runs nothing (raw HTML that would is refused, and the page's policy
forbids it). Who is not: data. Values of `_variables.yml` and outputs of notebooks are parsed
apart from the text, so they cannot change its structure; raw HTML or TeX in them is refused
where it stands, and so are links and attributes that could act.
"""
