"""
Day-ahead files (日前计划文件): one case as an Excel workbook, or as a folder of CSV files, a table each.

layout     every sheet, column and unit, once
cells      what stands in a cell, read as a number, a word or a time, with its address where it cannot be
points     times of Beijing, and points of a day named by their start or their end
workbook   sheets from and to .xlsx;  tables: the same from and to CSV;  book: which of the two a path is
reading    from sheets to a case, every flaw by cell;  series: the sheets with a row a point
writing    from a case to sheets;  template: the same with stored series filled in
answer     a schedule in the same shapes
"""
