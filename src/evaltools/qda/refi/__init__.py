"""REFI-QDA, the exchange format of tools for qualitative analysis (REFI-QDA 1.5, 2019).

Read leniently, with every fault and everything left behind listed; written strictly.
"""
