<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Adding</name>
    <message numerus="yes">
        <source>%n picture(s) added.</source>
        <translation>
            <numerusform>%n picture added.</numerusform>
            <numerusform>%n pictures added.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped: %n picture(s) were added, undo takes them away.</source>
        <translation>
            <numerusform>Stopped: %n picture was added, undo takes it away.</numerusform>
            <numerusform>Stopped: %n pictures were added, undo takes them away.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) were there already.</source>
        <translation>
            <numerusform>%n picture was there already.</numerusform>
            <numerusform>%n pictures were there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were left out:</source>
        <translation>
            <numerusform>%n file was left out:</numerusform>
            <numerusform>%n files were left out:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AskDialog</name>
    <message numerus="yes">
        <source>Ask about %n picture(s)</source>
        <translation>
            <numerusform>Ask about %n picture</numerusform>
            <numerusform>Ask about %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) pass the filter</source>
        <translation>
            <numerusform>%n picture passes the filter</numerusform>
            <numerusform>%n pictures pass the filter</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BatchBar</name>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BeforeAfterView</name>
    <message numerus="yes">
        <source>%n phrase(s) got worse, first of all: {names}</source>
        <translation>
            <numerusform>%n phrase got worse: {names}</numerusform>
            <numerusform>%n phrases got worse, first of all: {names}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BoxesView</name>
    <message numerus="yes">
        <source>%n picture(s) to go through</source>
        <translation>
            <numerusform>%n picture to go through</numerusform>
            <numerusform>%n pictures to go through</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s)</source>
        <translation>
            <numerusform>%n conversation</numerusform>
            <numerusform>%n conversations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConversationsPage</name>
    <message numerus="yes">
        <source>Make them from the picture&apos;s %n box(es), or write one.</source>
        <translation>
            <numerusform>Make them from the picture&apos;s %n box, or write one.</numerusform>
            <numerusform>Make them from the picture&apos;s %n boxes, or write one.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DataBox</name>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s)</source>
        <translation>
            <numerusform>%n conversation</numerusform>
            <numerusform>%n conversations</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them held out</source>
        <translation>
            <numerusform>%n of them held out</numerusform>
            <numerusform>%n of them held out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) cannot be used</source>
        <translation>
            <numerusform>%n record cannot be used</numerusform>
            <numerusform>%n records cannot be used</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DraftsView</name>
    <message numerus="yes">
        <source>%n draft(s) to go through</source>
        <translation>
            <numerusform>%n draft to go through</numerusform>
            <numerusform>%n drafts to go through</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n draft(s) gone through.</source>
        <translation>
            <numerusform>%n draft gone through.</numerusform>
            <numerusform>%n drafts gone through.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message numerus="yes">
        <source>New project with %n picture(s)</source>
        <translation>
            <numerusform>New project with %n picture</numerusform>
            <numerusform>New project with %n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Editing</name>
    <message numerus="yes">
        <source>%n box(es) now belong to the picture named last before. Undo takes it back.</source>
        <translation>
            <numerusform>%n box now belongs to the picture named last before. Undo takes it back.</numerusform>
            <numerusform>%n boxes now belong to the picture named last before. Undo takes it back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EvaluationView</name>
    <message numerus="yes">
        <source>%n phrase(s) got worse, first of all: {names}</source>
        <translation>
            <numerusform>%n phrase got worse, first of all: {names}</numerusform>
            <numerusform>%n phrases got worse, first of all: {names}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n question(s)</source>
        <translation>
            <numerusform>%n question</numerusform>
            <numerusform>%n questions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileWatch</name>
    <message numerus="yes">
        <source>%n picture(s) changed on disk since they were annotated. Boxes were kept; Check shows them.</source>
        <translation>
            <numerusform>%n picture changed on disk since it was annotated. Boxes were kept; Check shows it.</numerusform>
            <numerusform>%n pictures changed on disk since they were annotated. Boxes were kept; Check shows them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture file(s) are not there. Check can find them again.</source>
        <translation>
            <numerusform>%n picture file is not there. Check can find it again.</numerusform>
            <numerusform>%n picture files are not there. Check can find them again.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FilterButton</name>
    <message numerus="yes">
        <source>At most %n turn(s)</source>
        <translation>
            <numerusform>At most %n turn</numerusform>
            <numerusform>At most %n turns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>At least %n turn(s)</source>
        <translation>
            <numerusform>At least %n turn</numerusform>
            <numerusform>At least %n turns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n turn(s)</source>
        <translation>
            <numerusform>%n turn</numerusform>
            <numerusform>%n turns</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FilterPanel</name>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ForecastView</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s) too long</source>
        <translation>
            <numerusform>%n sample too long</numerusform>
            <numerusform>%n samples too long</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message numerus="yes">
        <source>%n draft(s) came in</source>
        <translation>
            <numerusform>%n draft came in</numerusform>
            <numerusform>%n drafts came in</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s) found</source>
        <translation>
            <numerusform>%n difference found</numerusform>
            <numerusform>%n differences found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) came in</source>
        <translation>
            <numerusform>%n box came in</numerusform>
            <numerusform>%n boxes came in</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not read</source>
        <translation>
            <numerusform>%n not read</numerusform>
            <numerusform>%n not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelDesk</name>
    <message numerus="yes">
        <source>%n region(s) are now “{ref}”.</source>
        <translation>
            <numerusform>%n region is now “{ref}”.</numerusform>
            <numerusform>%n regions are now “{ref}”.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ManyDesk</name>
    <message numerus="yes">
        <source>%n suggestion(s) gone through.</source>
        <translation>
            <numerusform>%n suggestion gone through.</numerusform>
            <numerusform>%n suggestions gone through.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NoticesView</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OfficialPaste</name>
    <message numerus="yes">
        <source>%n setting(s) taken.</source>
        <translation>
            <numerusform>%n setting taken.</numerusform>
            <numerusform>%n settings taken.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message numerus="yes">
        <source>Remove %n picture(s) from the project</source>
        <translation>
            <numerusform>Remove %n picture from the project</numerusform>
            <numerusform>Remove %n pictures from the project</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Divide %n picture(s) at random</source>
        <translation>
            <numerusform>Divide %n picture at random</numerusform>
            <numerusform>Divide %n pictures at random</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PictureModel</name>
    <message numerus="yes">
        <source>%n region(s)</source>
        <translation>
            <numerusform>%n region</numerusform>
            <numerusform>%n regions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PicturesPage</name>
    <message numerus="yes">
        <source>%n picture(s) removed. Undo brings them back.</source>
        <translation>
            <numerusform>%n picture removed. Undo brings it back.</numerusform>
            <numerusform>%n pictures removed. Undo brings them back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProblemList</name>
    <message numerus="yes">
        <source>%n thing(s) to mend before this can start:</source>
        <translation>
            <numerusform>%n thing to mend before this can start:</numerusform>
            <numerusform>%n things to mend before this can start:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RefBars</name>
    <message numerus="yes">
        <source>%n ref(s)</source>
        <translation>
            <numerusform>%n ref</numerusform>
            <numerusform>%n refs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RegionDesk</name>
    <message numerus="yes">
        <source>A model proposes %n box(es): Tab goes to them.</source>
        <translation>
            <numerusform>A model proposes %n box: Tab goes to it.</numerusform>
            <numerusform>A model proposes %n boxes: Tab goes to them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The region is deleted. Its box stays in %n answer(s).</source>
        <translation>
            <numerusform>The region is deleted. Its box stays in %n answer.</numerusform>
            <numerusform>The region is deleted. Its box stays in %n answers.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The regions are deleted. Their boxes stay in %n answer(s).</source>
        <translation>
            <numerusform>The regions are deleted. Their boxes stay in %n answer.</numerusform>
            <numerusform>The regions are deleted. Their boxes stay in %n answers.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RelinkDialog</name>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in several places</source>
        <translation>
            <numerusform>%n in several places</numerusform>
            <numerusform>%n in several places</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n already in the project under the new name</source>
        <translation>
            <numerusform>%n already in the project under the new name</numerusform>
            <numerusform>%n already in the project under the new name</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not there</source>
        <translation>
            <numerusform>%n not there</numerusform>
            <numerusform>%n not there</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Link %n picture(s)</source>
        <translation>
            <numerusform>Link %n picture</numerusform>
            <numerusform>Link %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) linked to where they are now.</source>
        <translation>
            <numerusform>%n picture linked to where it is now.</numerusform>
            <numerusform>%n pictures linked to where they are now.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RenameBar</name>
    <message numerus="yes">
        <source>%n region(s) have this label already; they become one label.</source>
        <translation>
            <numerusform>%n region has this label already; they become one label.</numerusform>
            <numerusform>%n regions have this label already; they become one label.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message numerus="yes">
        <source>The model has been asked about %n picture(s).</source>
        <translation>
            <numerusform>The model has been asked about %n picture.</numerusform>
            <numerusform>The model has been asked about %n pictures.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReviewPictures</name>
    <message numerus="yes">
        <source>%n box(es)</source>
        <translation>
            <numerusform>%n box</numerusform>
            <numerusform>%n boxes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not found</source>
        <translation>
            <numerusform>%n not found</numerusform>
            <numerusform>%n not found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not drawn</source>
        <translation>
            <numerusform>%n not drawn</numerusform>
            <numerusform>%n not drawn</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n apart</source>
        <translation>
            <numerusform>%n apart</numerusform>
            <numerusform>%n apart</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunPanel</name>
    <message numerus="yes">
        <source>Trash: %n run(s)</source>
        <translation>
            <numerusform>Trash: %n run</numerusform>
            <numerusform>Trash: %n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n run(s)</source>
        <translation>
            <numerusform>Compare %n run</numerusform>
            <numerusform>Compare %n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n run(s) for good</source>
        <translation>
            <numerusform>Delete %n run for good</numerusform>
            <numerusform>Delete %n runs for good</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Speaker</name>
    <message numerus="yes">
        <source>%n box(es)</source>
        <translation>
            <numerusform>%n box</numerusform>
            <numerusform>%n boxes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SplitView</name>
    <message numerus="yes">
        <source>%n picture(s) stay together with others.</source>
        <translation>
            <numerusform>%n picture stays together with others.</numerusform>
            <numerusform>%n pictures stay together with others.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) lose a split of their own.</source>
        <translation>
            <numerusform>%n conversation loses a split of its own.</numerusform>
            <numerusform>%n conversations lose a split of their own.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatisticsView</name>
    <message numerus="yes">
        <source>and %n other size(s)</source>
        <translation>
            <numerusform>and %n other size</numerusform>
            <numerusform>and %n other sizes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n too long for the limit</source>
        <translation>
            <numerusform>%n too long for the limit</numerusform>
            <numerusform>%n too long for the limit</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TalkDesk</name>
    <message numerus="yes">
        <source>%n token(s) of the deleted boxes stay in the text and stand for themselves.</source>
        <translation>
            <numerusform>%n token of the deleted box stays in the text and stands for itself.</numerusform>
            <numerusform>%n tokens of the deleted boxes stay in the text and stand for themselves.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TokenText</name>
    <message numerus="yes">
        <source>%n picture token(s)</source>
        <translation>
            <numerusform>%n picture token</numerusform>
            <numerusform>%n picture tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message numerus="yes">
        <source>%n run(s) training</source>
        <translation>
            <numerusform>%n run training</numerusform>
            <numerusform>%n runs training</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrainedTextView</name>
    <message numerus="yes">
        <source>%n left out: show</source>
        <translation>
            <numerusform>%n left out: show</numerusform>
            <numerusform>%n left out: show</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TurnEditor</name>
    <message numerus="yes">
        <source>(and %n more)</source>
        <translation>
            <numerusform>(and %n more)</numerusform>
            <numerusform>(and %n more)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhoBox</name>
    <message numerus="yes">
        <source>%n model(s) there</source>
        <translation>
            <numerusform>%n model there</numerusform>
            <numerusform>%n models there</numerusform>
        </translation>
    </message>
</context>
</TS>
