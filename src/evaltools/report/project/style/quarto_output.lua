-- Run after Quarto's own filters, on what they make: nothing in the report may tell of the
-- computer that rendered it, and everyone's reader has to find what it needs.
if _G['quarto'] == nil then return {} end -- the embedded renderer makes nothing of the kind

-- Quarto names the notebook that a figure comes from by its place in a folder of its own.
local function without_folder(div)
  local changed = false
  for _, key in ipairs { 'notebook', 'data-notebook' } do
    local path = div.attributes[key]
    if path then
      div.attributes[key] = path:match('[^/\\]+$')
      changed = true
    end
  end
  return changed and div or nil
end

-- Word's alternative text is what pandoc takes for the caption of the picture.
local function with_description(image)
  local alt = image.attributes.alt
  if not alt then return nil end
  image.caption = { pandoc.Str(alt) }
  return image
end

-- A figure or table with its caption comes in a table of one cell, whose contents do as well.
local function without_frame(frame)
  if #frame.colspecs ~= 1 or #frame.head.rows > 0 or #frame.bodies ~= 1 then return nil end
  local rows = frame.bodies[1].body
  if #rows ~= 1 or #rows[1].cells ~= 1 then return nil end
  return rows[1].cells[1].contents
end

local function quoted(text)
  text = text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function is_call(inline)
  return inline and inline.t == 'RawInline' and inline.format == 'typst'
    and inline.text:find('math%.equation%(') ~= nil
end

-- PDF/UA asks for an alternative text of every formula: its TeX. A formula with a number stands
-- between two pieces of Typst, a call and its end, which belong within.
local function with_formulas(inlines)
  local out, closing = pandoc.Inlines {}, 0
  local found = false
  for index, inline in ipairs(inlines) do
    if inline.t == 'Math' then
      found = true
      local call = is_call(inlines[index - 1]) and out:remove() or nil
      out:insert(pandoc.RawInline('typst', '#with-alternative-text(' .. quoted(inline.text) .. ')['))
      if call then out:insert(call) end
      out:insert(inline)
      closing = index + (call and 1 or 0)
      if not call then out:insert(pandoc.RawInline('typst', '];')) end
    else
      out:insert(inline)
      if index == closing then out:insert(pandoc.RawInline('typst', '];')) end
    end
  end
  return found and out or nil
end

local FILTERS = {
  html = { Div = without_folder },
  typst = { Div = without_folder, Inlines = with_formulas },
  docx = { Div = without_folder, Image = with_description, Table = without_frame },
}

return { FILTERS[FORMAT:match('^html') or FORMAT] or { Div = without_folder } }
