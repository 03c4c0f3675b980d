-- Tables as Typst, and the helpers that the rest of the filter shares with them.

local tables = {}

-- A Typst string literal.
local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n]+', ' ') .. '"'
end

local function raw(text) return pandoc.RawBlock('typst', text) end

local function wrapped(opening, blocks, closing)
  local out = pandoc.Blocks { raw(opening) }
  out:extend(blocks)
  out:insert(raw(closing or ']'))
  return out
end

tables.quoted, tables.raw, tables.wrapped = quoted, raw, wrapped

local ALIGNMENTS = {
  AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center', AlignDefault = 'left',
}

local function cell_blocks(cell, alignment, call, whole)
  local options = { 'align: ' .. alignment }
  if whole then table.insert(options, 'breakable: false') end
  if cell.row_span > 1 then table.insert(options, 'rowspan: ' .. cell.row_span) end
  if cell.col_span > 1 then table.insert(options, 'colspan: ' .. cell.col_span) end
  local content = pandoc.Blocks {}
  for _, block in ipairs(cell.contents) do
    content:insert(block.t == 'Plain' and pandoc.Para(block.content) or block)
  end
  return wrapped(call .. '(' .. table.concat(options, ', ') .. ')[', content, '],')
end

-- Rows as plain tables of cells: a look into a part of pandoc's own copies that part each time.
local function read_rows(rows)
  local out = {}
  for index, row in ipairs(rows) do
    local cells = {}
    for at, cell in ipairs(row.cells) do
      local contents = cell.contents
      cells[at] = {
        contents = contents, length = #pandoc.utils.stringify(contents),
        alignment = cell.alignment, row_span = cell.row_span, col_span = cell.col_span,
      }
    end
    out[index] = cells
  end
  return out
end

-- Which columns the cells of a row fall into, with cells of earlier rows reaching down.
local function place(cells, reach)
  local columns, column = {}, 1
  for index, cell in ipairs(cells) do
    while (reach[column] or 0) > 0 do column = column + 1 end
    columns[index] = column
    for c = column, column + cell.col_span - 1 do reach[c] = cell.row_span end
    column = column + cell.col_span
  end
  for c in pairs(reach) do reach[c] = reach[c] - 1 end
  return columns
end

-- About how many lines a row takes, with a hundred characters on a full line.
local function count_lines(cells, colspecs)
  local lines, column = 1, 1
  for _, cell in ipairs(cells) do
    local share = cell.col_span * ((colspecs[column] or {})[2] or 1 / #colspecs)
    lines = math.max(lines, math.ceil(cell.length / (share * 100)))
    column = column + cell.col_span
  end
  return lines
end

local function rows_blocks(rows, colspecs, row_headers, out, call, named)
  local reach = {}
  for _, cells in ipairs(rows) do
    local columns = place(cells, reach)
    local whole = count_lines(cells, colspecs) < 45 -- else it could outgrow the page
    for index, cell in ipairs(cells) do
      local column = columns[index]
      local alignment = cell.alignment
      if alignment == 'AlignDefault' then alignment = colspecs[column][1] end
      out:extend(cell_blocks(cell, ALIGNMENTS[alignment],
        column <= row_headers and named or call, whole))
    end
  end
end

local function column_widths(colspecs)
  local widths, sum, known = {}, 0, true
  for _, spec in ipairs(colspecs) do
    if type(spec[2]) == 'number' then sum = sum + spec[2] else known = false end
  end
  for index, spec in ipairs(colspecs) do
    if not known then
      widths[index] = type(spec[2]) == 'number' and string.format('%.4f%%', spec[2] * 100) or 'auto'
    elseif sum > 0.97 then
      widths[index] = string.format('%.4ffr', spec[2] * 100)
    else
      widths[index] = string.format('%.4f%%', spec[2] * 100)
    end
  end
  return '(' .. table.concat(widths, ', ') .. ',)'
end

local function rows_of_bodies(tbl)
  local rows = pandoc.List {}
  for _, body in ipairs(tbl.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  rows:extend(tbl.foot.rows)
  return rows
end

local function characters_of(rows)
  local characters = 0
  for _, cells in ipairs(rows) do
    for _, cell in ipairs(cells) do characters = characters + cell.length end
  end
  return characters
end

-- Whether no cell reaches from the rows above into those below.
local function parts_at(rows, last)
  for index = 1, last do
    for _, cell in ipairs(rows[index]) do
      if index + cell.row_span - 1 > last then return false end
    end
  end
  return true
end

-- How many rows at the end are a foot, which does not break, so that none stands alone on a page:
-- four of a long table where they are short, two of others unless they take a fourth of a page.
local function count_last(rows, colspecs)
  for _, count in ipairs(#rows >= 12 and { 4, 2 } or #rows >= 4 and { 2 } or {}) do
    local lines = 0
    for index = #rows - count + 1, #rows do lines = lines + count_lines(rows[index], colspecs) end
    if lines <= (count == 4 and 8 or 20) and parts_at(rows, #rows - count) then return count end
  end
  return 0
end

-- A table as a call of `data-table`: widths, header rows, then the cells row by row.
function tables.blocks(tbl, row_headers, kind)
  local rows, head = read_rows(rows_of_bodies(tbl)), read_rows(tbl.head.rows)
  local colspecs = tbl.colspecs
  local characters = characters_of(rows)
  -- With a caption, the text around it may go before it.
  local whole = #tbl.caption.long == 0 and #rows <= 12 and characters < 1500
  local out = pandoc.Blocks { raw('#data-table(columns: ' .. column_widths(colspecs)
    .. ', kind: ' .. quoted(kind) .. ', whole: ' .. tostring(whole)
    .. ', wordy: ' .. tostring(characters > 2500 or tbl.attributes.small ~= nil) .. ', rows: ' .. #rows .. ',') }
  local column_header = 'column-header'
  if tbl.attributes['whole-words'] then column_header = 'column-header.with(breaks: false)' end
  if characters_of(head) > 0 then
    out:insert(raw('table.header('))
    rows_blocks(head, colspecs, 0, out, column_header)
    out:insert(raw('),'))
  end
  local last = #rows - count_last(rows, colspecs)
  local named = 'row-header'
  if tbl.attributes['whole-names'] then named = 'row-header.with(breaks: false)' end
  rows_blocks({ table.unpack(rows, 1, last) }, colspecs, row_headers, out, 'table.cell', named)
  if last < #rows then
    out:insert(raw('table.footer(repeat: false,'))
    rows_blocks({ table.unpack(rows, last + 1) }, colspecs, row_headers, out, 'table.cell', named)
    out:insert(raw('),'))
  end
  out:insert(raw(')'))
  return out
end

return tables
