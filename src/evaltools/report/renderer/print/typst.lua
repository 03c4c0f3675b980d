-- Turns the resolved document into what pandoc's Typst writer cannot say by itself: calls of the
-- functions in template.typ, wrapped around content that pandoc still writes. Text and code it
-- does not write: pandoc leaves to Typst what Typst takes for shorthands (`-?`, `--`, `-5`).

local typ = {}
local stringify = pandoc.utils.stringify
local tables = dofile(pandoc.path.join {
  pandoc.path.directory(PANDOC_SCRIPT_FILE), 'typst_tables.lua' })
local quoted, raw, wrapped = tables.quoted, tables.raw, tables.wrapped

local function inline(text) return pandoc.RawInline('typst', text) end

-- The closing semicolon ends the expression: text such as ".fi" may follow.
local function wrapped_inlines(opening, inlines)
  local out = pandoc.Inlines { inline(opening) }
  out:extend(inlines)
  out:insert(inline('];'))
  return out
end

local function label(id)
  return id ~= '' and (' #label(' .. quoted(id) .. ')') or ''
end

local function anchor(id)
  return '#metadata(none)' .. label(id)
end

local function language_arguments(lang)
  local base, region = lang:match('^(%a%a%a?)%-(%a%a)$')
  if base then return 'lang: ' .. quoted(base) .. ', region: ' .. quoted(region:upper()) end
  return 'lang: ' .. quoted(lang:match('^%a%a%a?') or 'und') .. ', region: none'
end

local function length(value)
  if not value then return nil end
  local number, unit = value:match('^([%d.]+)(%a*%%?)$')
  if not number then return nil end
  if unit == '' or unit == 'px' then return (tonumber(number) * 0.75) .. 'pt' end
  if unit == '%' then return math.min(tonumber(number), 100) .. '%' end
  if unit == 'pt' or unit == 'mm' or unit == 'cm' or unit == 'in' or unit == 'em' then
    return number .. unit
  end
  return nil
end

-- ---------------------------------------------------------------- inlines

function typ.Image(image)
  local arguments = { quoted(image.src) }
  local width = length(image.attributes.width)
  local height = length(image.attributes.height)
  if width then table.insert(arguments, 'width: ' .. width) end
  if height then table.insert(arguments, 'height: ' .. height) end
  if image.classes:includes('decorative') then
    return inline('#pdf.artifact(image(' .. table.concat(arguments, ', ') .. '));')
  end
  local alt = image.attributes.alt or pandoc.utils.stringify(image.caption)
  table.insert(arguments, 'alt: ' .. quoted(alt))
  return inline('#inline-picture(' .. table.concat(arguments, ', ') .. ');')
end

-- A picture alone in its paragraph may take the line; one among words stays with them.
local function picture_block(block)
  local only = block.content[1]
  if #block.content == 1 and only.t == 'RawInline' and only.text:find('^#inline%-picture') then
    return raw((only.text:gsub('^#inline%-picture', '#picture'):gsub(';$', '')))
  end
end

typ.Para = picture_block
typ.Plain = picture_block

function typ.Math(math)
  local alt = math.text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', '')
  return { inline('#[#set math.equation(alt: ' .. quoted(alt) .. ');'), math, inline('];') }
end

local function equation(span)
  local out = pandoc.Inlines {}
  local math
  span = span:walk { Math = function(m) math = math or m end }
  if not math then return span.content end
  local alt = span.attributes.alt or math.text:gsub('%s+', ' ')
  local number = span.attributes.number
  local settings = 'alt: ' .. quoted(alt)
  if number and number ~= '' then
    settings = settings .. ', supplement: none, numbering: (..n) => ' ..
        quoted(number:find('^%(') and number or '(' .. number .. ')')
  end
  out:insert(inline('#[#set math.equation(' .. settings .. ')\n'))
  out:insert(pandoc.Math('DisplayMath', math.text))
  out:insert(inline(label(span.identifier) .. '\n];'))
  return out
end

-- Parts of an evidence entry, each a function of template.typ.
local EVIDENCE = {
  'evidence-term', 'evidence-label', 'evidence-place', 'evidence-context',
}

function typ.Span(span)
  if span.classes:includes('equation') then return equation(span), false end
  if span.classes:includes('page-count') then
    return inline('#context counter(page).final().first();')
  end
  if span.classes:includes('margin') or span.classes:includes('aside') then
    return pandoc.Note { pandoc.Para(span.content) }
  end
  if span.classes:includes('caption-label') then
    return wrapped_inlines('#caption-label[', span.content)
  end
  local out = span.content
  for _, class in ipairs(EVIDENCE) do
    if span.classes:includes(class) then out = wrapped_inlines('#' .. class .. '[', out) end
  end
  local lang = span.attributes.lang
  if lang then out = wrapped_inlines('#text(' .. language_arguments(lang) .. ')[', out) end
  if span.classes:includes('mark') then out = wrapped_inlines('#highlight[', out) end
  if span.classes:includes('underline') then out = wrapped_inlines('#underline[', out) end
  if span.identifier ~= '' then
    out = out:clone()
    -- No space before the label: it would be printed, "( 27/52)".
    out:insert(1, inline('#metadata(none)#label(' .. quoted(span.identifier) .. ');'))
  end
  return out
end

-- On paper the word that leads to an entry of the evidence says which one it is.
function typ.Link(link)
  if not link.classes:includes('evidence-mark') or link.target:sub(1, 1) ~= '#' then return nil end
  link.content:insert(pandoc.Str('\u{a0}'))
  link.content:insert(inline('#evidence-number(' .. quoted(link.target:sub(2)) .. ');'))
  return link
end

-- ---------------------------------------------------------------- headings

local function heading(level, inlines, number, outlined, id)
  local options = { 'level: ' .. level }
  if number and number ~= '' then
    table.insert(options, 'numbering: (..n) => ' .. quoted(number))
  end
  if not outlined then table.insert(options, 'outlined: false') end
  local out = pandoc.Inlines { inline('#heading('
    .. table.concat(options, ', ') .. ')[') }
  out:extend(inlines)
  out:insert(inline(']' .. label(id)))
  return pandoc.Plain(out)
end

function typ.Header(header)
  local outlined = not header.classes:includes('unlisted')
  return heading(header.level, header.content, header.attributes.number, outlined, header.identifier)
end

-- ---------------------------------------------------------------- figures and tables

local function caption_argument(caption)
  if #caption == 0 then return nil end
  local out = pandoc.Blocks {}
  for _, block in ipairs(caption) do
    out:insert(block.t == 'Para' and pandoc.Plain(block.content) or block)
  end
  return out
end

local function figure(kind, caption, body, id, align)
  local out = pandoc.Blocks {}
  local text = caption_argument(caption)
  local rows = 0
  for _, block in ipairs(body) do
    if block.t == 'RawBlock' and block.text:find('^#layout%-row') then rows = rows + 1 end
  end
  local options = { quoted(kind) }
  if id ~= '' then table.insert(options, 'id: ' .. quoted(id)) end
  if align == 'center' or align == 'right' then table.insert(options, 'side: ' .. align) end
  if rows > 1 then table.insert(options, 'breakable: true') end
  if text then
    out:insert(raw('#evidence(' .. table.concat(options, ', ') .. ', caption: ['))
    out:extend(text)
    out:insert(raw('])['))
  else
    out:insert(raw('#evidence(' .. table.concat(options, ', ') .. ')['))
  end
  out:extend(body)
  out:insert(raw(']'))
  return out
end

function typ.Figure(fig)
  return figure('figure', fig.caption.long, fig.content, fig.identifier,
    fig.attributes['fig-align'])
end

function typ.Table(tbl)
  local row_headers = tonumber(tbl.attributes['row-headers'] or '0') or 0
  local kind = tbl.classes:includes('key-value') and 'sheet' or 'data'
  local body = tables.blocks(tbl, row_headers, kind)
  if #tbl.caption.long == 0 then
    if tbl.identifier ~= '' then body:insert(1, raw(anchor(tbl.identifier))) end
    return body
  end
  return figure('table', tbl.caption.long, body, tbl.identifier)
end

-- ---------------------------------------------------------------- divs

local function has_caption_label(block)
  local found = false
  pandoc.walk_block(pandoc.Div { block }, { RawInline = function(r)
    if r.text:find('^#caption%-label') then found = true end
  end })
  return found
end

local function listing(div)
  local caption, body = pandoc.Blocks {}, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if #caption == 0 and block.t ~= 'CodeBlock' and has_caption_label(block) then
      caption:extend(block.t == 'Div' and block.content or { block })
    else
      body:insert(block)
    end
  end
  return figure('listing', caption, body, div.identifier)
end

local function layout(div)
  local cells = div.content:filter(function(b) return b.t == 'Div' end)
  local text = div.attributes.columns
  local rows = text and pandoc.json.decode(text, false) or { {} }
  if type(rows[1]) ~= 'table' then rows = { rows } end
  local out, index = pandoc.Blocks {}, 1
  for _, row in ipairs(rows) do
    local widths = {}
    for _, width in ipairs(row) do
      table.insert(widths, string.format('%.4ffr', math.abs(tonumber(width) or 1)))
    end
    if #widths == 0 then widths = { '1fr' } end
    out:insert(raw('#layout-row((' .. table.concat(widths, ', ') .. ',),'))
    for _ = 1, #widths do
      if cells[index] then
        out:extend(wrapped('[', cells[index].content, '],'))
        index = index + 1
      end
    end
    out:insert(raw(')'))
  end
  while cells[index] do -- cells beyond the declared rows still have to be read
    out:extend(cells[index].content)
    index = index + 1
  end
  return out
end

local function child(div, class)
  for _, block in ipairs(div.content) do
    if block.t == 'Div' and block.classes:includes(class) then return block end
  end
  return nil
end

local function callout(div)
  local title, body = child(div, 'callout-title'), child(div, 'callout-body')
  local out = pandoc.Blocks { raw('#callout(' .. quoted(div.attributes.kind or 'note')
    .. ', appearance: ' .. quoted(div.attributes.appearance or 'default') .. ', title: [') }
  if title then out:extend(title.content) end
  out:insert(raw('])['))
  out:extend(body and body.content or div.content)
  out:insert(raw(']'))
  return out
end

-- What the report gives itself goes into named arguments; the rest of the cover stands below.
local function cover(div)
  local out, rest = pandoc.Blocks { raw('#cover-page(') }, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    local part = block.t == 'Div' and block.attributes['cover-part']
    if part then
      out:extend(wrapped(part .. ': [', block.content, '],'))
    else
      rest:insert(block)
    end
  end
  out:extend(wrapped(')[', rest))
  return out
end

local DIVS = {
  callout = callout,
  listing = listing,
  layout = layout,
  pagebreak = function() return { raw('#pagebreak(weak: true)') } end,
  margin = function(div) return wrapped('#side-note[', div.content) end,
  aside = function(div) return wrapped('#side-note[', div.content) end,
  ['example-notice'] = function(div) return wrapped('#notice-bar[', div.content) end,
  ['description-sheet'] = function(div) return wrapped('#description-sheet[', div.content) end,
  cover = function(div) return cover(div) end,
  contents = function() return { raw('#contents()') } end,
  ['evidence-entries'] = function(div) return wrapped('#evidence-entries[', div.content) end,
  announces = function(div) return wrapped('#block(sticky: true)[', div.content) end,
  evidence = function(div) return wrapped('#evidence-entry[', div.content) end,
}
local DIV_ORDER = { 'callout', 'listing', 'layout', 'pagebreak', 'margin', 'aside',
  'example-notice', 'description-sheet', 'cover', 'contents', 'evidence-entries', 'evidence',
  'announces' }

local function div_content(div)
  for _, class in ipairs(DIV_ORDER) do
    if div.classes:includes(class) then return DIVS[class](div), class == 'listing' end
  end
  if div.identifier == 'refs' then return wrapped('#reference-list[', div.content), false end
  return div.content, false
end

local PARTS = { 'callout-title', 'callout-body', 'cell', 'tab' }

local function is_part(div)
  for _, class in ipairs(PARTS) do
    if div.classes:includes(class) then return true end
  end
  return div.attributes['cover-part'] ~= nil
end

function typ.Div(div)
  if is_part(div) then return nil end -- the div around it takes it apart
  local content, labelled = div_content(div)
  content = pandoc.Blocks(content)
  local lang = div.attributes.lang
  if lang then
    content = wrapped('#[#set text(' .. language_arguments(lang) .. ')', content)
  end
  if div.identifier ~= '' and not labelled then content:insert(1, raw(anchor(div.identifier))) end
  return content
end

function typ.HorizontalRule() return raw('#divider-line()') end

-- The number is an argument of the heading, which sets it in its own style.
local function without_number(header)
  local inlines = header.content:filter(function(x)
    return not (x.t == 'Span' and x.classes:includes('section-number'))
  end)
  while inlines[1] and inlines[1].t == 'Space' do inlines:remove(1) end
  header.content = inlines
  return header
end

-- ---------------------------------------------------------------- text and code

-- Text as it is typed. In Typst's markup a sign after a backslash is that sign and nothing else,
-- and only signs of ASCII mean anything; ends of lines would part paragraphs.
local function escaped(text)
  text = text:gsub('[\t\n\v\f\r]+', ' ')
  text = text:gsub('\u{85}', ' '):gsub('\u{2028}', ' '):gsub('\u{2029}', ' ')
  return (text:gsub('%p', '\\%0'))
end

local function verbatim(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('\n', '\\n') .. '"'
end

-- Last, since the functions above still look at texts.
local texts = {
  Str = function(str) return inline(escaped(str.text)) end,
  Code = function(code) return inline('#raw(' .. verbatim(code.text) .. ');') end,
  CodeBlock = function(block) return raw('#raw(block: true, ' .. verbatim(block.text) .. ')') end,
}

return {
  { Header = without_number },
  typ,
  texts,
}
