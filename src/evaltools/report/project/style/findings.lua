-- Marks sentences that the numbers of the run do not bear out. Metadata `findings` says of each
-- finding what came of it: { id: { outcome, label, reason } }. A sentence that holds is left as it
-- is; one that does not hold or cannot be told is highlighted, and a mark after it says so and why.
-- Where the outcome depends on whose coding decides, `note` says so in brackets after the sentence.
-- Pandoc's API only.
local findings = {}

local CLASSES = { does_not_hold = 'does-not-hold', cannot_be_told = 'cannot-be-told' }
local COLOURS = { does_not_hold = '#8a1c1c', cannot_be_told = '#6b4a00', note = '#4a4a4a' }

local function is_html() return FORMAT:match('^html') ~= nil end

-- Values of metadata are markdown: Quarto hands them over parsed, the embedded renderer as text.
local function inlines_of(value)
  if value == nil then return pandoc.Inlines {} end
  if type(value) == 'string' then
    return pandoc.utils.blocks_to_inlines(pandoc.read(value, 'markdown').blocks)
  end
  if pandoc.utils.type(value) == 'Blocks' then return pandoc.utils.blocks_to_inlines(value) end
  return pandoc.Inlines(value)
end

local function text_of(value) return pandoc.utils.stringify(inlines_of(value)) end

-- A Word run of its own colour; other formats have theirs by a class or a call.
local function coloured(outcome, inlines)
  local colour = COLOURS[outcome]
  if FORMAT == 'typst' then
    local out = pandoc.Inlines {
      pandoc.RawInline('typst', '#text(size: 0.85em, fill: rgb("' .. colour .. '"))[') }
    out:extend(inlines)
    out:insert(pandoc.RawInline('typst', '];'))
    return out
  end
  if FORMAT == 'docx' then
    local text = pandoc.utils.stringify(inlines)
    text = text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;')
    return pandoc.Inlines { pandoc.RawInline('openxml',
      '<w:r><w:rPr>' .. (outcome == 'note' and '' or '<w:b/>') .. '<w:color w:val="' .. colour:sub(2) .. '"/><w:sz w:val="18"/></w:rPr>' ..
      '<w:t xml:space="preserve">' .. text .. '</w:t></w:r>') }
  end
  return inlines
end

local function mark_of(outcome, told)
  local label = text_of(told.label)
  label = pandoc.text.upper(pandoc.text.sub(label, 1, 1)) .. pandoc.text.sub(label, 2)
  local inlines = pandoc.Inlines { pandoc.Str('[' .. label .. ':'), pandoc.Space() }
  inlines:extend(inlines_of(told.reason))
  inlines:insert(pandoc.Str(']'))
  local attributes = {}
  if is_html() then
    attributes = { { 'role', 'note' },
      { 'style', 'font-size: 0.85em; font-weight: 600; color: ' .. COLOURS[outcome] } }
  end
  local attr = pandoc.Attr('', { 'finding-mark' }, attributes)
  return pandoc.Span(coloured(outcome, inlines), attr)
end

-- A quiet remark: in brackets, small and grey, but dark enough to be read.
local function remark_of(told)
  local inlines = pandoc.Inlines { pandoc.Str('(') }
  inlines:extend(inlines_of(told.note))
  inlines:insert(pandoc.Str(')'))
  local attributes = {}
  if is_html() then
    attributes = { { 'role', 'note' },
      { 'style', 'font-size: 0.85em; color: ' .. COLOURS.note } }
  end
  return pandoc.Span(coloured('note', inlines), pandoc.Attr('', { 'finding-note' }, attributes))
end

local function marked(span)
  local told = span.classes:includes('finding') and findings[span.attributes.finding]
  if not told then return nil end
  local outcome = text_of(told.outcome)
  if not CLASSES[outcome] and not told.note then return nil end
  if not CLASSES[outcome] then
    span.classes:insert('depends-on-rule')
    span.content:extend({ pandoc.Space(), remark_of(told) })
    return span
  end
  span.classes:insert(CLASSES[outcome])
  local look = is_html() and { { 'style', 'background: #ffe9a8; color: inherit' } } or {}
  local sentence = pandoc.Span(span.content, pandoc.Attr('', { 'mark' }, look))
  span.content = pandoc.Inlines { sentence, pandoc.Space(), mark_of(outcome, told) }
  if told.note then span.content:extend({ pandoc.Space(), remark_of(told) }) end
  return span
end

return {
  { Meta = function(meta) findings = meta.findings or {} end },
  { Span = marked },
}
