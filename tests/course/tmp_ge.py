import time
from tests.course.browsing import *
from tests.course.test_gate_explorer_browser import explorer, picture, share
def test_x(page, lab, explorer):
    picture(explorer, "z held at 0")
    time.sleep(3)
    # latency
    page.evaluate("""() => { window.ms=[]; const box=document.querySelector('.coursekit-live'); let t0=0;
      box.addEventListener('input', e => { t0=performance.now(); }, true);
      box.addEventListener('change', e => { t0=performance.now(); }, true);
      box.addEventListener('keydown', e => { t0=performance.now(); }, true);
      new MutationObserver(l => { for (const m of l) for (const n of m.addedNodes) if (n.nodeName==='IMG') window.ms.push(Math.round(performance.now()-t0)); }).observe(box,{childList:true,subtree:true}); }""")
    h = explorer.locator(".noUi-handle").nth(0)
    h.focus()
    for k in range(1, 11):
        page.keyboard.press("ArrowRight"); time.sleep(0.8)
    print("LATENCY", page.evaluate("window.ms"))
    box = explorer.locator(".noUi-base").nth(1).bounding_box()
    page.mouse.move(box["x"]+2, box["y"]+box["height"]/2); page.mouse.down()
    page.evaluate("window.ms=[]"); t=time.time()
    for k in range(60):
        page.mouse.move(box["x"]+box["width"]*k/60, box["y"]+box["height"]/2); time.sleep(0.03)
    page.mouse.up(); print("DRAG", time.time()-t, len(page.evaluate("window.ms")))
    time.sleep(1); print("pictures after", len(page.evaluate("window.ms")), share(explorer, page.evaluate("1") and "z held at 0.5") if False else explorer.get_by_role("status").inner_text())
    print("value", explorer.get_by_label("r held at").input_value())
    page.keyboard.press("ControlOrMeta+S"); time.sleep(3)
    photograph(page, "x-saved")
    page.emulate_media(media="print"); page.pdf(path=str(ARTIFACTS/"x.pdf")) if True else 0
    page.emulate_media(media="screen")
    # kernel shut down, reopened
    page.get_by_role("menuitem", name="Kernel", exact=True).click(); page.get_by_text("Shut Down Kernel", exact=True).first.click(); time.sleep(2)
    page.reload(); page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000); time.sleep(5)
    c = cell_with(page, "explore_gates(networks"); time.sleep(3); photograph(page, "x-reopened")
    import subprocess
