-- Reads several markdown texts in one go, each with its own extensions, each into a Div.
-- Input: a JSON list of {name, text, format}.

function Reader(inputs, options)
  local blocks = pandoc.List()
  for _, item in ipairs(pandoc.json.decode(tostring(inputs), false)) do
    local reader = pandoc.ReaderOptions({strip_comments = true, columns = options.columns})
    local document = pandoc.read(item.text, item.format, reader)
    blocks:insert(pandoc.Div(document.blocks, pandoc.Attr(item.name)))
  end
  return pandoc.Pandoc(blocks)
end
