"""The controls of the word map as HTML; `static/wordmap.js` and `finder.js` bring them to life."""

MAP_CONTROLS = """<div class="controls" hidden>
<label>Plane <select name="plane"></select></label>
<label>Colours <select name="colour"><option value="frequency">frequency</option>
<option value="group">word lists</option></select></label>
<button type="button" name="closer">Zoom in</button>
<button type="button" name="farther">Zoom out</button>
<span class="together">
<button type="button" name="left" aria-label="Move left">←</button>
<button type="button" name="right" aria-label="Move right">→</button>
<button type="button" name="up" aria-label="Move up">↑</button>
<button type="button" name="down" aria-label="Move down">↓</button>
</span>
<button type="button" name="all">Show all</button>
</div>"""
MAP_SIDE = """<div class="side" hidden>
<div class="finder"><label for="word-search">Find a word</label>
<input id="word-search" type="search" role="combobox" aria-expanded="false"
 aria-controls="word-list" aria-autocomplete="list" autocomplete="off" autocapitalize="off"
 spellcheck="false" placeholder="type, then Enter">
<ul id="word-list" role="listbox" aria-label="Words found"></ul>
<p class="said how" aria-hidden="true"></p></div>
<div class="neighbours"></div>
</div>"""
