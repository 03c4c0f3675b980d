-- What the report needs on paper and Quarto's own PDF has no option for: a line in the header of
-- every page that tells of example data. The embedded renderer's template has the line already.
local in_quarto = _G['quarto'] ~= nil

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

function Pandoc(doc)
  local notice = doc.meta['example-notice']
  if not (in_quarto and notice and FORMAT == 'typst') then
    return nil
  end
  local text = typst_string(pandoc.utils.stringify(notice))
  local header = '#set page(header: align(right, text(size: 8pt, fill: rgb("#8a4b08"), ' .. text .. ')))'
  doc.blocks:insert(1, pandoc.RawBlock('typst', header))
  return doc
end
