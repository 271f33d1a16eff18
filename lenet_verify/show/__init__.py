"""What a model is, layer by layer: MODEL -> Architecture -> table or JSON.

`finding.py` has the models; the rest knows neither YAML nor a framework, and importing it loads
neither: that a model file is shown must not cost what reading a spec costs.
"""
